/** Who and when of a clinical document: the header of HL7 CDA Release 2 (ANSI/HL7 CDA, R2-2005, 4.2). */
import { clockTime, isoDate } from '../../../core/dates';
import { t } from '../../../core/language';
import { at, attribute, below, wordsOf, type XmlElement } from '../../../core/xml';

export type Fact = readonly [name: string, value: string];

/** HL7 TS, YYYYMMDDHHMMSS.UUUU[+|-ZZzz]: '2025-01-15 10:00 +0100'; of a part what is there. */
export function hl7Time(value: string): string {
  const m = /^(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\.\d+)?([+-]\d{4})?$/.exec(value.trim());
  if (!m) return value.trim();
  const day = m[3] ? isoDate(`${m[1]}${m[2]}${m[3]}`) : [m[1], m[2]].filter(Boolean).join('-');
  return [day, m[4] ? clockTime(`${m[4]}${m[5] ?? ''}`) : '', m[8] ?? ''].filter(Boolean).join(' ');
}

/** A code by its words, else as code and system. */
export function codeWords(element: XmlElement | undefined): string {
  const [display, code, system] = ['displayName', 'code', 'codeSystemName'].map((name) => attribute(element, name));
  return display || wordsOf(below(element, 'originalText')[0]) || [code, system].filter(Boolean).join(' ');
}

/** PN: Family, Given, Prefix, Suffix; a name without parts as it stands there. */
function nameOf(element: XmlElement | undefined): string {
  const part = (name: string) => below(element, name).map(wordsOf).filter(Boolean).join(' ');
  if (!part('family') && !part('given')) return wordsOf(element);
  return [part('family'), part('given'), part('prefix'), part('suffix')].filter(Boolean).join(', ');
}

function period(element: XmlElement | undefined): string {
  const [low, high] = ['low', 'high'].map((name) => hl7Time(attribute(below(element, name)[0], 'value')));
  return hl7Time(attribute(element, 'value')) || (low || high ? `${low || '…'} – ${high || '…'}` : '');
}

function person(role: XmlElement | undefined, name: string): string {
  return [nameOf(at(role, `${name}/name`)), wordsOf(at(role, 'representedOrganization/name'))].filter(Boolean).join(', ') || idOf(role);
}

function idOf(role: XmlElement | undefined): string {
  const id = below(role, 'id')[0];
  return [attribute(id, 'extension'), attribute(id, 'assigningAuthorityName')].filter(Boolean).join(' ');
}

const SEXES: Record<string, string> = { M: t('male'), F: t('female'), UN: t('other {#sex}') };

/** Those that are there, in the order of reading. */
export function factsOf(root: XmlElement): Fact[] {
  const facts: [string, string][] = [];
  for (const target of below(root, 'recordTarget')) {
    const role = at(target, 'patientRole');
    const patient = at(role, 'patient');
    const sex = attribute(at(patient, 'administrativeGenderCode'), 'code');
    facts.push([t('Patient'), [nameOf(at(patient, 'name')), hl7Time(attribute(at(patient, 'birthTime'), 'value')), SEXES[sex] ?? sex].filter(Boolean).join(' · ')]);
    facts.push([t('Patient ID'), below(role, 'id').map((id) => attribute(id, 'extension')).filter(Boolean).join(', ')]);
  }
  facts.push([t('Kind'), codeWords(at(root, 'code'))], [t('Date'), period(at(root, 'effectiveTime'))]);
  for (const author of below(root, 'author')) {
    const who = person(at(author, 'assignedAuthor'), 'assignedPerson') || wordsOf(at(author, 'assignedAuthor/assignedAuthoringDevice/softwareName'));
    facts.push([t('Author'), [who, period(at(author, 'time'))].filter(Boolean).join(' · ')]);
  }
  for (const by of [...below(root, 'legalAuthenticator'), ...below(root, 'authenticator')]) facts.push([t('Signed by'), [person(at(by, 'assignedEntity'), 'assignedPerson'), period(at(by, 'time'))].filter(Boolean).join(' · ')]);
  facts.push([t('Custodian'), wordsOf(at(root, 'custodian/assignedCustodian/representedCustodianOrganization/name')) || attribute(at(root, 'custodian/assignedCustodian/representedCustodianOrganization/id'), 'root')]);
  for (const to of below(root, 'informationRecipient')) facts.push([t('For'), person(at(to, 'intendedRecipient'), 'informationRecipient')]);
  for (const event of below(root, 'documentationOf')) facts.push([t('About'), [codeWords(at(event, 'serviceEvent/code')), period(at(event, 'serviceEvent/effectiveTime'))].filter(Boolean).join(' · ')]);
  facts.push([t('Encounter'), period(at(root, 'componentOf/encompassingEncounter/effectiveTime'))]);
  facts.push([t('Version'), attribute(at(root, 'versionNumber'), 'value')], [t('Confidentiality'), codeWords(at(root, 'confidentialityCode'))], [t('Language'), attribute(at(root, 'languageCode'), 'code')]);
  return facts.filter(([, value]) => value);
}

/** An entry by its code and value: 'Body weight: 72 kg'; '' for what has neither. */
export function entryWords(entry: XmlElement): string {
  const act = entry.children.find((child) => typeof child !== 'string');
  const name = codeWords(at(act, 'code'));
  const values = below(act, 'value').map((value) => [attribute(value, 'value'), attribute(value, 'unit')].filter(Boolean).join(' ') || codeWords(value) || wordsOf(value));
  const when = period(at(act, 'effectiveTime'));
  return name ? [[name, values.filter(Boolean).join(', ')].filter(Boolean).join(': '), when && `(${when})`].filter(Boolean).join(' ') : '';
}
