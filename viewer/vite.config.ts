import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const backend = process.env.READINGROOM_URL ?? 'http://127.0.0.1:8042';
const proxy = { '/api': backend, '/dicom-web': backend, '/conformance': backend };

export default defineConfig({
  plugins: [react()],
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
