import type { english } from './en.ts';

export const urdu: Readonly<Record<keyof typeof english, string>> = {
  notice: 'سند سے بنایا گیا مسودہ؛ لکھنے والا اسے جانچے، مکمل کرے اور دستخط کرے۔',
};
