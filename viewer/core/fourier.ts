/** The discrete Fourier transform, of any length: X[k] = sum x[n] exp(-2 pi i k n / N). */

export interface Complex {
  re: Float64Array;
  im: Float64Array;
}

export function fourier({ re, im }: Complex): Complex {
  const n = re.length;
  if (n < 2) return { re: re.slice(), im: im.slice() };
  return (n & (n - 1)) === 0 ? radixTwo({ re: re.slice(), im: im.slice() }) : anyLength({ re, im });
}

/** In place, for powers of two. */
function radixTwo({ re, im }: Complex): Complex {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) for (const part of [re, im]) [part[i], part[j]] = [part[j] as number, part[i] as number];
  }
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    for (let k = 0; k < half; k++) {
      const [c, s] = [Math.cos((-2 * Math.PI * k) / size), Math.sin((-2 * Math.PI * k) / size)];
      for (let a = k; a < n; a += size) {
        const b = a + half;
        const [x, y] = [(re[b] as number) * c - (im[b] as number) * s, (re[b] as number) * s + (im[b] as number) * c];
        [re[b], im[b]] = [(re[a] as number) - x, (im[a] as number) - y];
        [re[a], im[a]] = [(re[a] as number) + x, (im[a] as number) + y];
      }
    }
  }
  return { re, im };
}

/** Bluestein's: as a convolution, by transforms of a power of two. */
function anyLength({ re, im }: Complex): Complex {
  const n = re.length;
  const m = 2 ** Math.ceil(Math.log2(2 * n));
  const angle = (i: number) => (Math.PI * ((i * i) % (2 * n))) / n;
  const a: Complex = { re: new Float64Array(m), im: new Float64Array(m) };
  const b: Complex = { re: new Float64Array(m), im: new Float64Array(m) };
  for (let i = 0; i < n; i++) {
    const [c, s] = [Math.cos(angle(i)), Math.sin(angle(i))];
    a.re[i] = (re[i] as number) * c + (im[i] as number) * s;
    a.im[i] = (im[i] as number) * c - (re[i] as number) * s;
    for (const at of i ? [i, m - i] : [0]) [b.re[at], b.im[at]] = [c, s];
  }
  const product = times(radixTwo(a), radixTwo(b));
  // The inverse transform by the conjugate.
  product.im = product.im.map((v) => -v);
  const back = radixTwo(product);
  const out: Complex = { re: new Float64Array(n), im: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    const [c, s] = [Math.cos(angle(i)), Math.sin(angle(i))];
    const [x, y] = [(back.re[i] as number) / m, -(back.im[i] as number) / m];
    out.re[i] = x * c + y * s;
    out.im[i] = y * c - x * s;
  }
  return out;
}

function times(a: Complex, b: Complex): Complex {
  return {
    re: a.re.map((v, i) => v * (b.re[i] as number) - (a.im[i] as number) * (b.im[i] as number)),
    im: a.re.map((v, i) => v * (b.im[i] as number) + (a.im[i] as number) * (b.re[i] as number)),
  };
}
