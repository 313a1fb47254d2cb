/** About a letter that an authority's rules propose; its own words stand in the rules. */
export const english = {
  notice: 'Draft made with Sanad, for its writer to check, complete and sign.',
} as const;
