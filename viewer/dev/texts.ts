/** The texts of the viewer, read from its source: what goes through `t`, and what should. Used by tests/languages and catalogues.ts. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

export interface Found {
  text: string;
  /** 'ui/app.tsx:97' */
  where: string;
}

export const VIEWER = join(import.meta.dirname, '..');

/** What people read although it is no language: names, units, abbreviations, keys of the keyboard. */
const NO_LANGUAGE = new Set([
  'Reading', 'Room', 'TLS', 'ID', 'UID', 'RGB', 'LUT', 'MIP', 'MPR', 'SUV', 'DIMSE', 'DICOM', 'C', 'GET', 'MOVE', 'ECHO', 'CSV', 'ZIP', 'CPU', 'GPU',
  'mm', 'µm', 'cm', 'ml', 'Hz', 'MB', 'GB', 'kB', 's', 'ms', 'min', 'h', 'd', 'px', 'HU', 'bit', 'W', 'L', 'x', 'y', 'z', 'Im', 'T', 'kV', 'mAs', 'TR', 'TE', 'FA',
  'Ctrl', 'Shift', 'Alt', 'Esc', 'Enter', 'Del', 'Tab', 'Home', 'End', 'PgUp', 'PgDn', 'Space', 'Backspace', 'AltGr', 'Cmd',
]);

const SHOWN_ATTRIBUTES = new Set(['title', 'aria-label', 'aria-roledescription', 'placeholder', 'alt', 'label', 'detail', 'help', 'form']);
const SHOWN_PROPERTIES = new Set(['title', 'label', 'hint', 'words', 'detail', 'remedy']);
const SHOWN_CALLS = new Set(['model.tell', 'FrameError', 'ServerError']);

/** Every text given to `t` or <Words>, in the order of the source; those that are no literal are faults of their own. */
export function textsOfSources(): { texts: Found[]; faults: Found[] } {
  const [texts, faults]: [Found[], Found[]] = [[], []];
  everyNode((node, found) => {
    const sentence = sentenceIn(node);
    for (const literal of sentence ? leaves(sentence) : []) {
      if (ts.isStringLiteralLike(literal)) texts.push(found(literal.text, literal));
      else faults.push(found(literal.getText(), literal));
    }
  });
  return { texts, faults };
}

/** Texts that people see and that go round `t`. */
export function bareTexts(): Found[] {
  const bare: Found[] = [];
  everyNode((node, found) => {
    for (const literal of shownIn(node).flatMap(leaves)) {
      const text = ts.isStringLiteralLike(literal) || ts.isJsxText(literal) ? literal.text : ts.isTemplateExpression(literal) ? fixedPart(literal) : '';
      if (isLanguage(text)) bare.push(found(text.trim(), literal));
    }
  });
  return bare;
}

function isLanguage(text: string): boolean {
  return (text.match(/\p{L}+/gu) ?? []).some((word) => !NO_LANGUAGE.has(word));
}

function sentenceIn(node: ts.Node): ts.Node | undefined {
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && (node.expression.text === 't' || node.expression.text === 'pieces')) return node.arguments[0];
  if (!ts.isJsxSelfClosingElement(node) || node.tagName.getText() !== 'Words') return undefined;
  const text = node.attributes.properties.find((p) => ts.isJsxAttribute(p) && p.name.getText() === 'text');
  return text && ts.isJsxAttribute(text) ? text.initializer : undefined;
}

function shownIn(node: ts.Node): ts.Node[] {
  if (ts.isJsxText(node)) return ts.isJsxElement(node.parent) && node.parent.openingElement.tagName.getText() === 'kbd' ? [] : [node];
  if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent)) return node.expression ? [node.expression] : [];
  if (ts.isJsxAttribute(node)) return node.initializer && isShownAttribute(node.name.getText(), node.initializer) ? [node.initializer] : [];
  if (ts.isPropertyAssignment(node)) return SHOWN_PROPERTIES.has(node.name.getText()) ? [node.initializer] : [];
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return [];
  return SHOWN_CALLS.has(node.expression.getText()) ? [...(node.arguments ?? [])] : [];
}

/** `name` is an attribute of HTML too, where it has no capital. */
function isShownAttribute(name: string, value: ts.Node): boolean {
  return SHOWN_ATTRIBUTES.has(name) || (name === 'name' && ts.isStringLiteral(value) && /^\p{Lu}/u.test(value.text));
}

/** What an expression can become: both sides of a choice. Calls and names are left to themselves. */
function leaves(node: ts.Node): ts.Node[] {
  if (ts.isParenthesizedExpression(node) || (ts.isJsxExpression(node) && node.expression)) return leaves(node.expression as ts.Node);
  if (ts.isConditionalExpression(node)) return [...leaves(node.whenTrue), ...leaves(node.whenFalse)];
  if (ts.isBinaryExpression(node) && ['??', '||', '&&', '+'].includes(node.operatorToken.getText())) return [...leaves(node.left), ...leaves(node.right)];
  return [node];
}

function fixedPart(template: ts.TemplateExpression): string {
  return [template.head.text, ...template.templateSpans.map((span) => span.literal.text)].join(' ');
}

function everyNode(visit: (node: ts.Node, found: (text: string, at: ts.Node) => Found) => void): void {
  for (const path of sources()) {
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true, path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
    const found = (text: string, at: ts.Node): Found => ({ text, where: `${relative(VIEWER, path)}:${source.getLineAndCharacterOfPosition(at.getStart()).line + 1}` });
    const walk = (node: ts.Node) => {
      visit(node, found);
      ts.forEachChild(node, walk);
    };
    walk(source);
  }
}

function sources(): string[] {
  return ['core', 'domain', 'ui'].flatMap((floor) => filesIn(join(VIEWER, floor))).filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts') && !/core\/language\.ts$|parts\/words\.tsx$/.test(path));
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).sort().flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}
