/** Cornerstone3D: started once, told where frames come from and how they lie. */
import * as cs from '@cornerstonejs/core';
import dicomImageLoader from '@cornerstonejs/dicom-image-loader';
import { text } from '../../core/dicom-json';
import { pixelAspect } from '../../core/image-description';
import { painted, refOf } from './frames';

let engine: cs.RenderingEngine | undefined;

export function renderingEngine(): cs.RenderingEngine {
  engine ??= start();
  return engine;
}

function start(): cs.RenderingEngine {
  cs.init({
    rendering: {
      useGenericViewport: true,
      webGlContextCount: 1,
      // 2D is drawn by our own tables on the CPU everywhere: the same greys on every machine. See docs/viewer.md.
      planar: { renderBackend: 'cpu' },
    },
  } as Parameters<typeof cs.init>[0]);
  const cores = navigator.hardwareConcurrency || 2;
  dicomImageLoader.init({ maxWebWorkers: Math.max(1, Math.min(4, cores - 1)) });
  cs.imageLoader.registerImageLoader('wadors', ((id: string) => ({ promise: painted(id) })) as unknown as cs.Types.ImageLoaderFn);
  cs.metaData.addProvider(describe, 10_000);
  return new cs.RenderingEngine('readingroom');
}

/**
 * What Cornerstone asks about an image. The plane is that of the sheet, one pixel a unit, not of the patient:
 * pictures without or with broken geometry then behave like all others, and nothing here measures.
 */
function describe(type: string, id: unknown): unknown {
  const ref = typeof id === 'string' ? refOf(id) : undefined;
  if (!ref) return undefined;
  const { pixel } = ref;
  switch (type) {
    case 'imagePlaneModule':
      return {
        rows: pixel.rows,
        columns: pixel.columns,
        imageOrientationPatient: [1, 0, 0, 0, 1, 0],
        rowCosines: [1, 0, 0],
        columnCosines: [0, 1, 0],
        imagePositionPatient: [0, 0, 0],
        rowPixelSpacing: pixelAspect(ref.dataset, ref.frame),
        columnPixelSpacing: 1,
        usingDefaultValues: true,
      };
    case 'imagePixelModule':
      return { ...pixel, photometricInterpretation: pixel.photometric, pixelRepresentation: pixel.signed ? 1 : 0 };
    case 'generalSeriesModule':
      return { modality: text(ref.dataset, '00080060'), seriesInstanceUID: text(ref.dataset, '0020000E') };
    default:
      return undefined;
  }
}
