/** How texts are written is said in core/language.ts, where the errors of pixel data have theirs from. */
export * from '../core/language';
