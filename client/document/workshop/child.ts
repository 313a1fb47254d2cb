import process from 'node:process';
import { JobRefusal, type WorkshopJob, type WorkshopReply } from './job.ts';

/**
 * The process that decodes what others have made: a picture or a PDF that is built to break its reader breaks this process,
 * which has nothing, and is ended when it takes too much memory or time. It does one job.
 */
process.once('message', (job: WorkshopJob) => {
  void perform(job).then((reply) => process.send?.(reply, () => process.disconnect()));
});

async function perform(job: WorkshopJob): Promise<WorkshopReply> {
  try {
    const prepare = job.contentType === 'application/pdf' ? await pdf() : await picture();
    return { kind: 'done', ...(await prepare(job)) };
  } catch (error) {
    if (!(error instanceof JobRefusal)) return { kind: 'refused', code: 'document_not_prepared' };
    const { code, detail } = error;
    return { kind: 'refused', code, ...(detail === undefined ? {} : { detail }) };
  }
}

async function picture() {
  return (await import('./prepare-picture.ts')).preparePicture;
}

async function pdf() {
  return (await import('./stamp-pdf.ts')).stampPdf;
}
