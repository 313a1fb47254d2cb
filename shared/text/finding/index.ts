import { english } from './en.ts';
import { urdu } from './ur.ts';

export const findingMessages = { en: english, ur: urdu } as const;
