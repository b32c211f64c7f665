/** The two companded forms of audio samples, ITU-T G.711 (PS3.3 C.10.9.1.5), as tables from a byte to 16 signed bits. */

function muLaw(code: number): number {
  const byte = ~code & 0xff;
  const size = ((((byte & 0x0f) << 3) + 0x84) << ((byte >> 4) & 7)) - 0x84;
  return byte & 0x80 ? -size : size;
}

function aLaw(code: number): number {
  const byte = code ^ 0x55;
  const step = (byte >> 4) & 7;
  const size = (((byte & 0x0f) << 4) + (step > 0 ? 0x108 : 8)) << Math.max(step - 1, 0);
  return byte & 0x80 ? size : -size;
}

export const MU_LAW: Readonly<Int16Array> = Int16Array.from({ length: 256 }, (_, code) => muLaw(code));
export const A_LAW: Readonly<Int16Array> = Int16Array.from({ length: 256 }, (_, code) => aLaw(code));
