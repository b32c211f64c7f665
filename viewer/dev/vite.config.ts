/** Development only: the app against an Orthanc. `vite --config dev/vite.config.ts` */
import { mergeConfig } from 'vite';
import base from '../vite.config';
import { orthancApi } from './orthanc-api';

export default mergeConfig(base, {
  plugins: [orthancApi()],
  server: { port: 5199, proxy: { '/dicom-web': process.env.ORTHANC_URL ?? 'http://127.0.0.1:18042' } },
  preview: { port: 5199, proxy: { '/dicom-web': process.env.ORTHANC_URL ?? 'http://127.0.0.1:18042' } },
  optimizeDeps: { exclude: ['@cornerstonejs/dicom-image-loader'], include: ['dicom-parser'] },
});
