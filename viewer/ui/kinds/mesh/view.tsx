/** STL and OBJ (PS3.3 A.85) in three dimensions, with size and number of triangles; what else is of this kind gives its tags. */
import './style.css';
import { IconDownload } from '@tabler/icons-react';
import { useEffect, useMemo, useState, type ReactElement } from 'react';
import { items, number as valueOf, text, type DataSet } from '../../../core/dicom-json';
import { fileName, formOf } from '../../../core/encapsulated';
import { number, t } from '../../../core/language';
import { labColour, type Rgb } from '../../../core/lab';
import { coloursOf, parseMtl, type Material } from '../../../core/materials';
import { cornersOf, edgesOf, parseObj, parseStl, type Triangles } from '../../../core/stl';
import { boundsOf, volumeInside, type Surface } from '../../../core/surfaces';
import { isReferenced, referencesOf } from '../../../domain/references';
import { companionsOf } from '../../companions';
import { saveBytes } from '../../parts/browser';
import { IconButton } from '../../parts/icon-button';
import { bulkBytes } from '../../stage/bulk-source';
import type { ViewerModel } from '../../viewer-model';
import { MeshView } from '../../parts/mesh-view';
import { Unreadable } from '../document/unreadable';
import { useHeld } from '../document/use-held';
import type { KindProps } from '../kind-view';
import TagsView from '../tags/view';

const DOCUMENT = '00420011';
const BONE = [226, 214, 190] as const;
const MODEL = 'model';

export default function MeshKind(props: KindProps): ReactElement {
  return DOCUMENT in props.object || '00420012' in props.object ? <Model {...props} /> : <TagsView {...props} />;
}

function Model({ model, cell, object }: KindProps): ReactElement {
  const { bytes, error, again } = useHeld(object);
  const read = useMemo(() => (bytes ? trianglesIn(bytes) : undefined), [bytes]);
  const [wire, setWire] = useState(false);
  const materials = useMaterials(model, object, read?.triangles?.materials !== undefined);
  const surfaces = useMemo(() => (read?.triangles ? [surfaceOf(read.triangles, wire, object, materials)] : []), [read, wire, object, materials]);
  const save = bytes && (() => saveBytes(bytes, fileName(object, formOf(bytes))));
  const fault = error || read?.error;
  if (fault) return <Unreadable title={t('This model cannot be drawn.')} detail={fault} onSave={save}><button className="btn" onClick={again} data-testid="try-again">{t('Try again')}</button></Unreadable>;
  if (!read?.triangles) return <p className="pad t3">{t('Loading')}</p>;
  const { count, note } = read.triangles;
  const unit = text(items(object, '004008EA')[0], '00080100');
  return (
    <>
      <div className="kindbar meshfacts" data-testid="model-facts">
        <span className="num">{t('{count} {count|triangle|triangles}', { count })}</span>
        <span className="num" data-testid="model-size">{sizeWords(read.triangles, unit)}</span>
        <span className="num t2" data-testid="model-volume">{unit ? `${number(read.volume, 1)} ${unit}³` : ''}</span>
        {read.triangles.materials && <span className="t2" data-testid="model-materials">{materials?.size ? t('{count} {count|material|materials}', { count: materials.size }) : t('Its materials are not here.')}</span>}
        {note && <span className="c-failed" role="status" data-testid="model-note">{note}</span>}
        <span className="grow" />
        <button className={`btn low ${wire ? 'on' : ''}`} aria-pressed={wire} onClick={() => setWire(!wire)} data-testid="model-wire">{t('Wireframe')}</button>
        {save && <IconButton icon={IconDownload} label={t('Save the file')} onClick={save} testid="document-save" />}
      </div>
      <div className="meshplace">
        <MeshView stage={model.stages.get(cell)} surfaces={surfaces} inPatient={text(object, '00200052') !== ''} label={t('Model of {count} {count|triangle|triangles}', { count })} />
      </div>
    </>
  );
}

function trianglesIn(bytes: Uint8Array): { triangles?: Triangles; volume: number; error: string } {
  try {
    const form = formOf(bytes);
    if (form === 'mtl') throw new Error(t('It describes materials, and no model.'));
    const triangles = form === 'obj' ? parseObj(new TextDecoder('latin1').decode(bytes)) : parseStl(bytes);
    return { triangles, volume: volumeInside(triangles.positions, cornersOf(triangles)), error: '' };
  } catch (e) {
    return { volume: 0, error: (e as Error).message };
  }
}

/** Recommended Display CIELab Value and Recommended Presentation Opacity of the object; the materials of its faces stand above them. */
function surfaceOf(triangles: Triangles, wire: boolean, object: DataSet, materials: ReadonlyMap<string, Material> | undefined): Surface {
  const colour = labColour(object, '0062000D') ?? BONE;
  const said = valueOf(object, '0066000C');
  const opacity = said !== undefined && said > 0 && said <= 1 ? said : 1;
  const colours = triangles.materials && materials?.size ? coloursOf(triangles.materials, materials, colour) : undefined;
  return { id: MODEL, name: MODEL, positions: triangles.positions, made: wire ? 'lines' : 'triangles', indices: wire ? edgesOf(triangles) : undefined, colour: colour as Rgb, colours, opacity, visible: true };
}

const MTL_CLASS = '1.2.840.10008.5.1.4.1.1.104.5';

/** Of the Encapsulated MTL objects of the open studies that the model names; undefined until they are read. */
function useMaterials(model: ViewerModel, object: DataSet, wanted: boolean): ReadonlyMap<string, Material> | undefined {
  const [found, setFound] = useState<{ of: DataSet; materials: ReadonlyMap<string, Material> }>();
  useEffect(() => {
    if (!wanted) return undefined;
    let gone = false;
    void materialsOf(model, object).then((materials) => !gone && setFound({ of: object, materials }));
    return () => {
      gone = true;
    };
  }, [model, object, wanted]);
  return found?.of === object ? found.materials : undefined;
}

async function materialsOf(model: ViewerModel, object: DataSet): Promise<ReadonlyMap<string, Material>> {
  const references = referencesOf(object);
  const named = (await companionsOf(model, 'mesh')).filter(({ dataset }) => text(dataset, '00080016') === MTL_CLASS && isReferenced(references, text(dataset, '00080018'), 1));
  const files = await Promise.all(named.map(({ dataset }) => bulkBytes(dataset[DOCUMENT]).catch(() => new Uint8Array())));
  return new Map(files.flatMap((bytes) => [...parseMtl(new TextDecoder('latin1').decode(bytes))]));
}

/** '28.0 × 28.0 × 28.0 mm'; without a unit nobody knows how large it is. */
function sizeWords(triangles: Triangles, unit: string): string {
  const box = boundsOf([triangles]);
  if (!box) return '';
  const sides = box.high.map((v, a) => number(v - (box.low[a] as number), 1)).join(' × ');
  return unit ? `${sides} ${unit}` : t('{sides}, no unit said', { sides });
}
