import { english } from './en.ts';
import { urdu } from './ur.ts';

export const dossierMessages = { en: english, ur: urdu } as const;
