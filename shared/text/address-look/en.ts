/** How a line's public address looks and how sure that is: the grounds of address-look.ts. */
export const english = {
  shared:
    'Your internet provider shares one public address among several customers: your line has an address of the range that is kept for that. So there is no address of your own to register on this line.',
  other:
    'Your router has another address outside ({router}) than the internet sees ({address}). It seems that your provider shares one public address among several customers.',
  private:
    'Your router is itself behind another router, so it cannot be seen from here whether the address {address} is yours alone.',
  changed:
    'On {since} your public address was another one than now. It seems to change, unless you were on another line then.',
  same: 'Your public address {address} has been the same since {since}, as far as it was looked at. Whether it stays so, only the contract with your provider says.',
  first:
    'Your public address is {address} now. Whether it stays so, only the contract with your provider says.',
  unseen:
    'Your public address could not be seen from here: a VPN connection is up, or nobody could be asked.',
} as const;
