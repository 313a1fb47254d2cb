import type { english } from './en.ts';

export const urdu: Readonly<Record<keyof typeof english, string>> = {
  absent: 'یہ ضروری ہے۔',
  too_short: 'بہت مختصر ہے: کم از کم {least} حروف چاہییں، یہ {length} ہیں۔',
  too_long: 'بہت طویل ہے: زیادہ سے زیادہ {most} حروف ہو سکتے ہیں، یہ {length} ہیں۔',
  form: 'یہ درست شکل میں نہیں ہے۔',
  not_a_choice: 'ان میں سے ایک چنیں: {choices}۔',
  not_an_address: '{address} آئی پی ایڈریس نہیں ہے۔',
  address_not_public: '{address} عوامی ایڈریس نہیں: انٹرنیٹ پر آپ اس سے نظر نہیں آتے۔',
  address_twice: '{address} دو بار لکھا گیا ہے۔',
  too_few: 'کم از کم {least} ایڈریس چاہییں۔',
  too_many: 'زیادہ سے زیادہ {most} ایڈریس ہو سکتے ہیں۔',
  not_a_date: 'تاریخ سال-مہینہ-دن کی شکل میں لکھیں، مثلاً 2026-11-25۔',
  invisible: 'نظر نہ آنے والے حروف نکال دیے گئے۔',
  direction: 'تحریر کا رخ بدلنے والے حروف نکال دیے گئے۔',
  digits: 'ہندسے 0 سے 9 کی شکل میں لکھ دیے گئے۔',
  unasked: 'یہ یہاں نہیں پوچھا گیا، اس لیے بھیجا نہیں جائے گا۔',
  already_sent:
    'یہ درخواست دفتر کو مل چکی ہے، اس لیے یہاں صرف دستاویزات بدل سکتی ہیں۔ جو بدلا ہے وہ دفتر کو بتائیں: sanad registration answer یا sanad registration amend؛ یا sanad registration withdraw سے واپس لے کر sanad register --new سے نئی شروع کریں۔',
  route_unknown: 'رجسٹریشن کا ایسا کوئی طریقہ نہیں ہے۔',
  category_unknown: 'درخواست گزار کی ایسی کوئی قسم نہیں ہے۔',
  route_not_for_category: 'رجسٹریشن کا یہ طریقہ اس قسم کے درخواست گزار کے لیے نہیں ہے۔',
};
