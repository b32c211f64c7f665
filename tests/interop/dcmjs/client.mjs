// Calls of dcmjs' dicomweb-client, in order. In: {url, calls: [{method, options, files?}]} on standard input; files:
// what is stored. Out: for each call {value} or {status}; bytes as {base64}.
import { readFileSync } from "node:fs";
import XMLHttpRequest from "xhr2";
import dicomweb from "dicomweb-client";

globalThis.XMLHttpRequest = XMLHttpRequest; // as in a browser, for which the client is written
const { DICOMwebClient } = dicomweb.api;

function plain(value) {
  if (value instanceof ArrayBuffer) return { base64: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map(plain);
  return value;
}

function bytes(path) {
  const file = readFileSync(path);
  return file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
}

const { url, calls } = JSON.parse(readFileSync(0, "utf8"));
const client = new DICOMwebClient({ url, verbose: false });
const answers = [];
for (const { method, options, files } of calls) {
  try {
    const more = files ? { datasets: files.map(bytes) } : {};
    answers.push({ value: plain(await client[method]({ ...options, ...more })) });
  } catch (error) {
    if (!("status" in error)) throw error;
    answers.push({ status: error.status });
  }
}
process.stdout.write(JSON.stringify(answers));
