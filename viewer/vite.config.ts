import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const backend = process.env.READINGROOM_URL ?? 'http://127.0.0.1:8042';
const proxy = { '/api': backend, '/dicom-web': backend, '/conformance': backend };

/** The language is loaded before the application is read (ui/main.tsx); meanwhile the browser fetches the application. */
const fetchAhead: Plugin = {
  name: 'fetch-the-application-ahead',
  transformIndexHtml(_html, { bundle }) {
    const start = Object.values(bundle ?? {}).find((file) => file.type === 'chunk' && file.isDynamicEntry && file.name === 'start');
    return start ? [{ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${start.fileName}` }, injectTo: 'head' }] : [];
  },
};

/** A .br and a .gz beside each text and program: the server sends them as they are (app/viewer_files.py). */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  async writeBundle({ dir = '' }, bundle) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
    const names = Object.keys(bundle).filter((name) => /\.(js|css|wasm|svg)$/.test(name));
    for (const name of names) {
      const file = path.join(dir, name);
      const content = await readFile(file);
      if (content.length < 1000) continue;
      const [br, gz] = await Promise.all([promisify(brotliCompress)(content, { params }), promisify(gzip)(content, { level: 9 })]);
      await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)]);
    }
  },
};

export default defineConfig({
  plugins: [react(), fetchAhead, compressed],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: fileURLToPath(new URL('../src/readingroom/viewer_static', import.meta.url)),
    emptyOutDir: true,
    // Tells the server which files a page needs, so that it can name them at once.
    manifest: 'parts.json',
    // Everything is a file of its own: data: scripts and fonts would need a wider content security policy.
    assetsInlineLimit: 0,
    // One sheet for all, at the start: a page whose sheet does not come would not come at all.
    cssCodeSplit: false,
    chunkSizeWarningLimit: 4000,
    modulePreload: { polyfill: false },
  },
  server: { headers: isolation, proxy },
  preview: { headers: isolation, proxy },
});
