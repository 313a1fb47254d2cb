import { english } from './en.ts';
import { urdu } from './ur.ts';

export const applicationMessages = { en: english, ur: urdu } as const;
