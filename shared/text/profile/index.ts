import { english } from './en.ts';
import { urdu } from './ur.ts';

export const profileMessages = { en: english, ur: urdu } as const;
