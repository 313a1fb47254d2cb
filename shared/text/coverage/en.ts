/** Who is covered by what: the grounds of client/application/coverage.ts. */
export const english = {
  address: 'Covered: this address is registered.',
  number: 'Covered: this mobile number is registered, on its mobile data.',
  every_line: 'Covered on every line, with the VPN servers of this registration.',
  other_address: 'Not covered: this address is not among the registered ones. Add it to the registration.',
  other_number: 'Not covered: this number is not registered. Each number is registered for itself.',
  changing:
    'Not covered: no fixed address or registered number is named. A fixed address at home, or a registration of its own, would help.',
} as const;
