import * as z from 'zod';
import { authorityProfileSchema } from './profile-schema.ts';

/** The form of a profile as JSON Schema (2020-12), for editors and for those who write profiles without Sanad. */
export function profileJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(authorityProfileSchema, { target: 'draft-2020-12' });
  return {
    $schema,
    title: 'Authority profile',
    description:
      'The form of an authority profile. What its parts say about each other is checked by Sanad: docs/authority-profile.md.',
    ...rest,
  };
}
