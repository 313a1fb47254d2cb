import { english } from './en.ts';
import { urdu } from './ur.ts';

export const askingMessages = { en: english, ur: urdu } as const;
