import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** ui may import domain and core, domain may import core, core nothing: a floor is law (house.md 1). */
const floors = [
  { target: './core', from: ['./domain', './ui'], message: 'core imports nothing above it' },
  { target: './domain', from: './ui', message: 'domain does not know the screen' },
];

const noDom = ['window', 'document', 'fetch', 'localStorage', 'navigator', 'location', 'history', 'XMLHttpRequest'];

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'public'] },
  js.configs.recommended,
  tseslint.configs.strict,
  importX.flatConfigs.typescript,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { 'import-x': importX, 'react-hooks': reactHooks },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: floors }],
      'no-restricted-properties': ['error', { property: 'innerHTML', message: 'Text from DICOM is hostile: build nodes.' }],
      'no-restricted-syntax': ['error', { selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]', message: 'Text from DICOM is hostile.' }],
      'no-console': 'error',
      'max-lines': ['error', { max: 800 }],
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
    },
  },
  {
    files: ['core/**', 'domain/**'],
    rules: { 'no-restricted-globals': ['error', ...noDom.map((name) => ({ name, message: 'core and domain run without a browser' }))] },
  },
);
