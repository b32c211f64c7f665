// node openjph.cjs CODEC FILE LEVELS: the samples of a codestream, LEVELS resolutions fewer, by the viewer's OpenJPH.
const { readFileSync, writeSync } = require('fs');
const [, , codec, file, levels] = process.argv;
require(codec)().then((openjph) => {
  const decoder = new openjph.HTJ2KDecoder();
  const stream = readFileSync(file);
  decoder.getEncodedBuffer(stream.length).set(stream);
  if (Number(levels)) decoder.decodeSubResolution(Number(levels));
  else decoder.decode();
  const samples = Buffer.from(decoder.getDecodedBuffer());
  for (let at = 0; at < samples.length; ) at += writeSync(1, samples, at);
});
