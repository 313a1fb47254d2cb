import { english } from './en.ts';
import { urdu } from './ur.ts';

export const addressLookMessages = { en: english, ur: urdu } as const;
