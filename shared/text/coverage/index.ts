import { english } from './en.ts';
import { urdu } from './ur.ts';

export const coverageMessages = { en: english, ur: urdu } as const;
