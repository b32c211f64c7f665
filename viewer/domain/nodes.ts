/** Nodes as the server tells them (docs/api.md, Node), and what a person may write into one. */

import { t } from '../core/language';
export const RIGHTS = ['store', 'query', 'retrieve', 'commit'] as const;
export type Right = (typeof RIGHTS)[number];

export interface Node {
  name: string;
  ae_title: string;
  host: string;
  port: number;
  rights: Right[];
  tls: boolean;
  allowed_addresses: string[];
  retrieve_by: 'get' | 'move';
  on_store_failure: 'continue' | 'abort';
  one_association_per_object: boolean;
  most_associations: number;
  blacklisted_sop_classes: string[];
  query_charset: string[];
  wildcards: string[];
  timeout: number;
}

/** 'CITYPACS at 10.20.4.80, port 11112'. */
export function placeOf(node: Pick<Node, 'ae_title' | 'host' | 'port'>): string {
  return t('{title} at {host}, port {port}', { title: node.ae_title, host: node.host, port: String(node.port) });
}

/** '10.20.4.80:11112', '[fd00::5]:104'. */
export function addressOf(node: Pick<Node, 'host' | 'port'>): string {
  return node.host.includes(':') ? `[${node.host}]:${node.port}` : `${node.host}:${node.port}`;
}

const ASKS: Record<Right, string> = { store: 'send', query: 'search', retrieve: 'fetch', commit: 'commit' };

/** What it may ask of us: 'send, search, fetch'. */
export function allowedWords(node: Node): string {
  const words = RIGHTS.filter((right) => node.rights.includes(right)).map((right) => ASKS[right]);
  return words.join(', ') || 'nothing';
}

export function fetchWords(node: Node): string {
  return node.retrieve_by === 'get' ? 'C-GET' : 'C-MOVE';
}

/** A node while somebody writes it: numbers and lists as typed. */
export interface Draft extends Omit<Node, 'port' | 'most_associations' | 'timeout' | 'allowed_addresses' | 'blacklisted_sop_classes' | 'query_charset' | 'wildcards'> {
  port: string;
  most_associations: string;
  timeout: string;
  allowed_addresses: string;
  blacklisted_sop_classes: string;
  query_charset: string;
  wildcards: string;
}

export const NEW_NODE: Draft = {
  name: '', ae_title: '', host: '', port: '104', rights: [...RIGHTS], tls: false, allowed_addresses: '', retrieve_by: 'get',
  on_store_failure: 'continue', one_association_per_object: false, most_associations: '1', blacklisted_sop_classes: '',
  query_charset: '', wildcards: '', timeout: '40',
};

export function draftOf(node: Node): Draft {
  return {
    ...node,
    port: String(node.port),
    most_associations: String(node.most_associations),
    timeout: String(node.timeout),
    allowed_addresses: node.allowed_addresses.join(', '),
    blacklisted_sop_classes: node.blacklisted_sop_classes.join(', '),
    // The first value of Specific Character Set may be empty (PS3.3 C.12.1.1.2): a backslash keeps it.
    query_charset: node.query_charset.join('\\'),
    wildcards: node.wildcards.join(', '),
  };
}

/** What the server is told. Raises nothing: ask `faultsOf` first. */
export function nodeOf(draft: Draft): Node {
  return {
    ...draft,
    name: draft.name.trim(),
    ae_title: draft.ae_title.trim(),
    host: bare(draft.host),
    port: Number(draft.port),
    most_associations: Number(draft.most_associations),
    timeout: Number(draft.timeout),
    allowed_addresses: listed(draft.allowed_addresses),
    blacklisted_sop_classes: listed(draft.blacklisted_sop_classes),
    query_charset: draft.query_charset.trim() ? draft.query_charset.split('\\').map((term) => term.trim()) : [],
    wildcards: listed(draft.wildcards),
  };
}

function listed(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

function bare(host: string): string {
  return host.trim().replace(/^\[(.*)\]$/, '$1');
}

export type Faults = Partial<Record<keyof Draft, string>>;

/** What cannot be, by field, in words. An empty field that must be filled is a fault without words: it is plain to see. */
export function faultsOf(draft: Draft): Faults {
  const faults: Faults = {};
  const title = draft.ae_title.trim();
  if (!draft.name.trim()) faults.name = '';
  if (!title) faults.ae_title = '';
  else if (title.length > 16) faults.ae_title = t('{n} characters; an AE title has 16 at most', { n: title.length });
  else if (!/^[\x20-\x7e]+$/.test(title) || title.includes('\\')) faults.ae_title = t('An AE title has no accents and no backslash');
  const host = hostFault(bare(draft.host));
  if (host !== null) faults.host = host;
  if (!draft.port.trim()) faults.port = '';
  else if (!isWhole(draft.port, 1, 65_535)) faults.port = t('From 1 to 65535');
  if (!isWhole(draft.most_associations, 0, 10_000)) faults.most_associations = t('A number, 0 for no limit');
  if (!/^\d{1,6}(\.\d+)?$/.test(draft.timeout.trim())) faults.timeout = t('Seconds, 0 for ever');
  if (listed(draft.blacklisted_sop_classes).some((uid) => !/^[\d.]{1,64}$/.test(uid))) faults.blacklisted_sop_classes = t('UIDs have digits and dots only');
  return faults;
}

/** null: nothing is wrong. */
function hostFault(host: string): string | null {
  if (!host) return '';
  if (/^[\d.]+$/.test(host)) {
    const parts = host.split('.');
    const fits = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
    return fits ? null : t('An address has four parts up to 255, or write a host name');
  }
  if (host.includes(':') ? !/^[\da-f.]*:[\da-f:.]*:[\da-f:.]*(%\w+)?$/i.test(host) : !/^[\w.-]+$/.test(host)) return t('Only the name or address: no spaces, no port, no http');
  return null;
}

function isWhole(text: string, least: number, most: number): boolean {
  return /^\d{1,6}$/.test(text.trim()) && Number(text) >= least && Number(text) <= most;
}

/** What the people of another archive have to enter there, as a message to them. */
export function introduction(server: { ae_title: string; dicom_port: number }, host: string, node: Node): string {
  return [
    t('Please add this DICOM node to {node} ({title}):', { node: node.name, title: node.ae_title }),
    t('AE title: {title}', { title: server.ae_title }),
    t('Address: {host}', { host }),
    t('Port: {port}', { port: String(server.dicom_port) }),
  ].join('\n');
}
