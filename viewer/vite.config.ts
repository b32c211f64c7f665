import { fileURLToPath } from 'node:url';
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

export default defineConfig({
  plugins: [react(), fetchAhead],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: fileURLToPath(new URL('../src/readingroom/viewer_static', import.meta.url)),
    emptyOutDir: true,
    // Everything is a file of its own: data: scripts and fonts would need a wider content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
    modulePreload: { polyfill: false },
  },
  server: { headers: isolation, proxy },
  preview: { headers: isolation, proxy },
});
