/**
 * The surface of a set of voxels: naive surface nets. One vertex in each cell of eight voxels that the surface passes through, in the middle of the
 * points where it cuts the cell's edges; two triangles for each edge between a voxel inside and one outside. They look outwards.
 */

/** positions: columns, rows and slots of voxels (0 is the centre of the first). */
export interface Net {
  positions: Float32Array;
  indices: Uint32Array;
}

/** inside: voxel (x, y, z) at (z * ny + y) * nx + x, not 0 for those that are in it. Beside the block nothing is. */
export function surfaceNet(inside: Uint8Array, [nx, ny, nz]: readonly [number, number, number]): Net {
  const at = (x: number, y: number, z: number): number => (x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz ? 0 : inside[(z * ny + y) * nx + x] ? 1 : 0);
  const positions: number[] = [];
  const indices: number[] = [];
  // Cell (x, y, z) has its first corner at that voxel; from -1, as the surface may lie before the first one.
  const [wide, high] = [nx + 1, ny + 1];
  let before = new Int32Array(wide * high).fill(-1);
  let now = new Int32Array(wide * high).fill(-1);
  const corners = new Uint8Array(8);
  for (let z = -1; z < nz; z++) {
    now.fill(-1);
    for (let y = -1; y < ny; y++) {
      for (let x = -1; x < nx; x++) {
        let sum = 0;
        for (let c = 0; c < 8; c++) sum += corners[c] = at(x + (c & 1), y + ((c >> 1) & 1), z + (c >> 2));
        if (sum === 0 || sum === 8) continue;
        const cell = (y + 1) * wide + x + 1;
        now[cell] = positions.length / 3;
        middleOfCuts(corners, x, y, z, positions);
        // Edges that begin at the first corner: each is shared by this cell and three that are there already.
        const here = corners[0] as number;
        if (x >= 0 && y >= 0 && here !== corners[4]) quad(indices, here === 1, now[cell], now[cell - 1], now[cell - wide - 1], now[cell - wide]);
        if (y >= 0 && z >= 0 && here !== corners[1]) quad(indices, here === 1, now[cell], now[cell - wide], before[cell - wide], before[cell]);
        if (x >= 0 && z >= 0 && here !== corners[2]) quad(indices, here === 1, now[cell], before[cell], before[cell - 1], now[cell - 1]);
      }
    }
    [before, now] = [now, before];
  }
  return { positions: Float32Array.from(positions), indices: Uint32Array.from(indices) };
}

function middleOfCuts(corners: Uint8Array, x: number, y: number, z: number, positions: number[]): void {
  let [sx, sy, sz, n] = [0, 0, 0, 0];
  for (let c = 0; c < 8; c++) {
    for (let axis = 1; axis <= 4; axis <<= 1) {
      const other = c | axis;
      if (other === c || corners[c] === corners[other]) continue;
      sx += ((c & 1) + (other & 1)) / 2;
      sy += (((c >> 1) & 1) + ((other >> 1) & 1)) / 2;
      sz += ((c >> 2) + (other >> 2)) / 2;
      n++;
    }
  }
  positions.push(x + sx / n, y + sy / n, z + sz / n);
}

function quad(indices: number[], outwards: boolean, a: number | undefined, b: number | undefined, c: number | undefined, d: number | undefined): void {
  if (a === undefined || b === undefined || c === undefined || d === undefined || a < 0 || b < 0 || c < 0 || d < 0) return;
  if (outwards) indices.push(a, b, c, a, c, d);
  else indices.push(a, c, b, a, d, c);
}
