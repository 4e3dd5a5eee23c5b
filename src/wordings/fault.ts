// Free of the template engine, which is loaded only where words are rendered.

/** What is wrong with a template. Lines and columns count from 1. */
export interface TemplateFault {
  field: string;
  line: number;
  column: number;
  message: string;
}

/** Words that cannot be used, or variables with which they cannot. */
export class WordingError extends Error {
  constructor(readonly faults: readonly TemplateFault[]) {
    super(
      faults
        .map(({ field, line, column, message }) => `${field}, line ${line}, column ${column}: ${message}`)
        .join("; "),
    );
    this.name = "WordingError";
  }
}
