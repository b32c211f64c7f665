/** The hangings that come with the viewer. What a reader, or the site, keeps stands before them. */
import { t } from '../core/language';
import type { Cell, Condition, HangingRule, KeptHanging, Selector, Show } from './hangings';

const is = (attribute: Condition['attribute'], ...values: string[]): Condition => ({ attribute, test: 'is', values });
const cell = (pick: Selector | readonly Selector[], show: Show = {}): Cell => ({ pick: Array.isArray(pick) ? (pick as Selector[]) : [pick as Selector], show });

function usual(id: string, name: string, conditions: readonly Condition[], rows: number, columns: number, cells: readonly Cell[], linked = false): KeptHanging {
  const hanging: HangingRule = { name, conditions, screens: [{ role: '', rows, columns, cells }], linked };
  return { id: `usual.${id}`, shared: true, hanging, damage: '' };
}

const text = (...words: string[]): Selector[] => words.map((description) => ({ modality: 'MR', description }));
const view = (laterality: string, v: string): Cell => cell({ modality: 'MG', laterality, view: v }, { justify: laterality === 'R' ? 'right' : 'left' });

/** One series: the first that is no localiser hangs as without a rule (`openingSeries`). */
const OPENING = cell({});

export const USUAL_HANGINGS: readonly KeptHanging[] = [
  usual('PTCT', t('PET over CT'), [is('modality', 'PT'), is('modality', 'CT')], 2, 2, [
    cell({ modality: 'CT' }, { over: 'PT' }), cell({ modality: 'PT' }, { inverted: true }), cell({ modality: 'CT' }, { plane: 'cor', over: 'PT' }), cell({ modality: 'CT' }, { plane: 'sag', over: 'PT' }),
  ], true),
  usual('MG', t('Mammography, four views back to back'), [is('modality', 'MG')], 2, 2, [view('R', 'CC'), view('L', 'CC'), view('R', 'MLO'), view('L', 'MLO')]),
  usual('MRHEAD', t('MR of the head'), [is('modality', 'MR'), is('body_part', 'HEAD', 'BRAIN', 'SKULL')], 2, 2, [
    cell(text('flair', 'dark fluid')), cell(text('t2')), cell(text('dwi', 'diff', 'adc')), cell(text('t1')),
  ]),
  usual('MRSPINE', t('MR of the spine'), [is('modality', 'MR'), is('body_part', 'SPINE', 'CSPINE', 'TSPINE', 'LSPINE')], 1, 3, [
    cell({ modality: 'MR', orientation: 'sag', description: 't2' }), cell({ modality: 'MR', orientation: 'sag', description: 't1' }), cell({ modality: 'MR', orientation: 'ax' }),
  ]),
  usual('PROJECTION', t('Radiographs side by side'), [is('modality', 'CR', 'DX')], 1, 2, [
    cell([{ modality: 'DX' }, { modality: 'CR' }]), cell([{ modality: 'DX' }, { modality: 'CR' }]),
  ]),
  usual('DENTAL', t('Dental, full mouth'), [is('modality', 'IO')], 1, 1, [cell({ modality: 'IO' }, { tiles: 5 })]),
  usual('EYE', t('Eye: fundus and OCT'), [is('modality', 'OP', 'OPT')], 1, 2, [cell([{ modality: 'OP' }]), cell([{ modality: 'OPT' }, { modality: 'OP' }])]),
  usual('ANIMAL', t('Animals, two views'), [{ attribute: 'species', test: 'any', values: [] }, is('modality', 'CR', 'DX')], 1, 2, [
    cell([{ modality: 'DX' }, { modality: 'CR' }]), cell([{ modality: 'DX' }, { modality: 'CR' }]),
  ]),
  usual('NM', t('Nuclear medicine: two series'), [is('modality', 'NM')], 1, 2, [cell({ modality: 'NM' }), cell({ modality: 'NM' })]),
  usual('US', t('Ultrasound: one series'), [is('modality', 'US')], 1, 1, [cell({ modality: 'US' })]),
  usual('XA', t('Angiography: plays'), [is('modality', 'XA', 'RF')], 1, 1, [cell([{ modality: 'XA' }, { modality: 'RF' }], { cine: true })]),
  usual('CT', t('CT: one series'), [is('modality', 'CT')], 1, 1, [OPENING]),
  usual('MR', t('MR: one series'), [is('modality', 'MR')], 1, 1, [OPENING]),
];
