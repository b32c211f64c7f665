/** The hangings that come with the viewer. What a reader, or the site, keeps stands before them. */
import { t } from '../core/language';
import { MOUNT } from './dental';
import type { Sequence } from './mr-sequence';
import type { Cell, Condition, HangingRule, KeptHanging, Selector, Show } from './hangings';

const is = (attribute: Condition['attribute'], ...values: string[]): Condition => ({ attribute, test: 'is', values });
const cell = (pick: Selector | readonly Selector[], show: Show = {}): Cell => ({ pick: Array.isArray(pick) ? (pick as Selector[]) : [pick as Selector], show });

function usual(id: string, name: string, conditions: readonly Condition[], rows: number, columns: number, cells: readonly Cell[], linked = false): KeptHanging {
  const hanging: HangingRule = { name, conditions, screens: [{ role: '', rows, columns, cells }], linked };
  return { id: `usual.${id}`, shared: true, hanging, damage: '' };
}

const sequence = (...names: Sequence[]): Selector[] => names.map((name) => ({ modality: 'MR', sequence: name }));
const view = (laterality: string, v: string, study = 0): Cell => cell({ ...(study ? { study } : {}), modality: 'MG', laterality, view: v }, { justify: laterality === 'R' ? 'right' : 'left' });
const VIEWS = [['R', 'CC'], ['L', 'CC'], ['R', 'MLO'], ['L', 'MLO']] as const;

const picked = (laterality: string): Selector[] => ['CC', 'MLO'].map((v) => ({ modality: 'MG', laterality, view: v }));

/** An earlier study of the same kind and body part is here. */
const COMPARABLE: Condition = { attribute: 'comparable', test: 'at_least', values: ['1'] };
const HEAD = is('body_part', 'HEAD', 'BRAIN', 'SKULL');
const SPINE = is('body_part', 'SPINE', 'CSPINE', 'TSPINE', 'LSPINE');
const RADIOGRAPH = cell([{ modality: 'DX' }, { modality: 'CR' }]);
const RUN = cell([{ modality: 'XA' }, { modality: 'RF' }], { cine: true });

/** Of the earlier study what shows the same as another cell does. */
const before = (like: number, ...modalities: string[]): Cell => cell(modalities.map((modality) => ({ study: 1, modality, like })));

/** One series: the first that is no localiser hangs as without a rule (`openingSeries`). */
const OPENING = cell({});

const CT_SLICES = cell(['soft', 'weich', 'mediast', 'mou', 'blando'].map((description): Selector => ({ modality: 'CT', description, orientation: 'ax' })).concat({ modality: 'CT' }));
/** What is called so is looked at: whether it is a plane only its metadata tell. */
const reformatted = (...planes: ('cor' | 'sag')[]): Cell => cell(planes.map((plane) => ({ modality: 'CT', description: plane, orientation: plane })));

export const USUAL_HANGINGS: readonly KeptHanging[] = [
  usual('PTCT', t('PET over CT'), [is('modality', 'PT'), is('modality', 'CT')], 2, 2, [
    cell({ modality: 'CT' }, { over: 'PT' }), cell({ modality: 'PT' }, { inverted: true }), cell({ modality: 'CT' }, { plane: 'cor', over: 'PT' }), cell({ modality: 'CT' }, { plane: 'sag', over: 'PT' }),
  ], true),
  usual('MGPRIOR', t('Mammography, current above earlier'), [is('modality', 'MG'), COMPARABLE], 2, 4, [...VIEWS.map(([side, v]) => view(side, v)), ...VIEWS.map(([side, v]) => view(side, v, 1))]),
  usual('MG', t('Mammography, four views back to back'), [is('modality', 'MG')], 2, 2, VIEWS.map(([side, v]) => view(side, v))),
  usual('MG2', t('Mammography, two views'), [is('modality', 'MG')], 1, 2, [cell([...picked('R'), ...picked('L')]), cell([...picked('L'), ...picked('R')])]),
  usual('MRHEADPRIOR', t('MR of the head, current beside earlier'), [is('modality', 'MR'), HEAD, COMPARABLE], 2, 2, [
    cell(sequence('FLAIR', 'T2')), before(1, 'MR'), cell(sequence('T1', 'T2', 'DWI')), before(3, 'MR'),
  ], true),
  usual('MRHEAD', t('MR of the head'), [is('modality', 'MR'), HEAD], 2, 2, [
    cell(sequence('FLAIR')), cell(sequence('T2')), cell(sequence('DWI', 'ADC')), cell(sequence('T1')),
  ]),
  usual('MRSPINEPRIOR', t('MR of the spine, current beside earlier'), [is('modality', 'MR'), SPINE, COMPARABLE], 1, 2, [
    cell([{ modality: 'MR', orientation: 'sag', sequence: 'T2' }, { modality: 'MR', orientation: 'sag' }]), before(1, 'MR'),
  ], true),
  usual('MRSPINE', t('MR of the spine'), [is('modality', 'MR'), SPINE], 1, 3, [
    cell({ modality: 'MR', orientation: 'sag', sequence: 'T2' }), cell({ modality: 'MR', orientation: 'sag', sequence: 'T1' }), cell({ modality: 'MR', orientation: 'ax' }),
  ]),
  usual('PROJECTIONSPRIOR', t('Radiographs, two views beside earlier ones'), [is('modality', 'CR', 'DX'), COMPARABLE], 2, 2, [RADIOGRAPH, before(1, 'DX', 'CR'), RADIOGRAPH, before(3, 'DX', 'CR')]),
  usual('PROJECTIONPRIOR', t('Radiograph, current beside earlier'), [is('modality', 'CR', 'DX'), COMPARABLE], 1, 2, [RADIOGRAPH, before(1, 'DX', 'CR')]),
  usual('PROJECTION', t('Radiographs side by side'), [is('modality', 'CR', 'DX')], 1, 2, [RADIOGRAPH, RADIOGRAPH]),
  usual('DENTAL', t('Dental, full mouth'), [is('modality', 'IO')], MOUNT.rows, MOUNT.columns, Array.from({ length: MOUNT.rows * MOUNT.columns }, (_, mount) => cell({ modality: 'IO', mount }))),
  usual('DENTALTILES', t('Dental, one series'), [is('modality', 'IO')], 1, 1, [cell({ modality: 'IO' }, { tiles: 5 })]),
  usual('EYE', t('Eye: fundus and OCT'), [is('modality', 'OP', 'OPT')], 1, 2, [cell([{ modality: 'OP' }]), cell([{ modality: 'OPT' }, { modality: 'OP' }])]),
  usual('ANIMAL', t('Animals, two views'), [{ attribute: 'species', test: 'any', values: [] }, is('modality', 'CR', 'DX')], 1, 2, [RADIOGRAPH, RADIOGRAPH]),
  usual('NM', t('Nuclear medicine: two series'), [is('modality', 'NM')], 1, 2, [cell({ modality: 'NM' }), cell({ modality: 'NM' })]),
  usual('US', t('Ultrasound: images as tiles'), [is('modality', 'US')], 1, 1, [cell({ modality: 'US' }, { tiles: 2 })]),
  usual('XA4', t('Angiography: four runs'), [is('modality', 'XA', 'RF')], 2, 2, [RUN, RUN, RUN, RUN]),
  usual('XA2', t('Angiography: two runs'), [is('modality', 'XA', 'RF')], 1, 2, [RUN, RUN]),
  usual('XA', t('Angiography: plays'), [is('modality', 'XA', 'RF')], 1, 1, [RUN]),
  usual('CTPRIOR', t('CT, current beside earlier'), [is('modality', 'CT'), COMPARABLE], 1, 2, [cell({ modality: 'CT' }), before(1, 'CT')], true),
  usual('CT3', t('CT: slices, coronal and sagittal'), [is('modality', 'CT')], 1, 3, [CT_SLICES, reformatted('cor'), reformatted('sag')]),
  usual('CT2', t('CT: slices and a reformatted plane'), [is('modality', 'CT')], 1, 2, [CT_SLICES, reformatted('cor', 'sag')]),
  usual('CT', t('CT: one series'), [is('modality', 'CT')], 1, 1, [OPENING]),
  usual('MRPRIOR', t('MR, current beside earlier'), [is('modality', 'MR'), COMPARABLE], 1, 2, [cell({ modality: 'MR' }), before(1, 'MR')], true),
  usual('MR4', t('MR: four contrasts'), [is('modality', 'MR')], 2, 2, [cell(sequence('T1')), cell(sequence('T2')), cell(sequence('FLAIR', 'STIR', 'PD')), cell(sequence('DWI', 'ADC', 'SWI', 'PD'))]),
  usual('MR2', t('MR: T1 and T2'), [is('modality', 'MR')], 1, 2, [cell(sequence('T1', 'PD')), cell(sequence('T2', 'STIR'))]),
  usual('MR', t('MR: one series'), [is('modality', 'MR')], 1, 1, [OPENING]),
];
