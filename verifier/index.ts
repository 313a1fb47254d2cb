import './settings.ts';
import type { ReportLanguage } from '#shared/report/text/index.ts';
import { Page } from './page.ts';

const root = document.getElementById('page');
if (root === null) throw new Error('not this page');
const language: ReportLanguage = navigator.language.startsWith('ur') ? 'ur' : 'en';
const page = new Page(root, language);

// Anywhere on the page; a file that misses would otherwise replace it.
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('over');
});
document.addEventListener('dragleave', () => document.body.classList.remove('over'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('over');
  const file = event.dataTransfer?.files[0];
  if (file !== undefined) void page.take(file);
});
