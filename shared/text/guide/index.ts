import { english } from './en.ts';
import { urdu } from './ur.ts';

export const guideMessages = { en: english, ur: urdu } as const;
