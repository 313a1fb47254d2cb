import * as z from 'zod';

// Before any schema is made: zod would try whether it may compile programs from text, which the page's policy forbids.
z.config({ jitless: true });
