/** What many values are asked for by: a few at once. */
const AT_ONCE = 8;

/** In their order. */
export async function inTurn<A, B>(all: readonly A[], act: (one: A, i: number) => Promise<B>): Promise<B[]> {
  const out: B[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE) out.push(...(await Promise.all(all.slice(from, from + AT_ONCE).map((one, i) => act(one, from + i)))));
  return out;
}
