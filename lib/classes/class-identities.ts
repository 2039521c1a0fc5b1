import { createHash } from 'node:crypto';
import { superclassChain, type Class } from './class-hierarchy.js';
import { UniqueNames } from './unique-names.js';
import { decoratedFiles, programName, sourceFileText } from './source-files.js';

/**
 * Texts that tell classes apart as parts of keys: two programs that share a store may each have a class of one name, and even of one
 * source. They are alike in all processes of a program, in whichever order those load the classes.
 */
export class ClassIdentities {
  private readonly origins = new WeakMap<Class, string>();
  private readonly fileTexts = new Map<string, string>();
  /** By number only where a class is made several times by one source, as by a function. */
  private readonly namesakes = new UniqueNames();

  /**
   * Notes where a class comes from.
   *
   * @param called by the decorator of the class, at once
   */
  note(subject: Class, called: (...args: never[]) => unknown): void {
    if (this.origins.has(subject)) return;
    this.origins.set(subject, JSON.stringify(decoratedFiles(called).map(file => this.fileText(file))));
  }

  of(subject: Class): string {
    const sources = superclassChain(subject).map(link => [
      link.name,
      Function.prototype.toString.call(link),
      this.origins.get(link) ?? programName(),
    ]);
    const digest = createHash('sha256').update(JSON.stringify(sources)).digest('base64url').slice(0, 16);
    return this.namesakes.nameOf(subject, `${subject.name} ${digest}`);
  }

  private fileText(file: string): string {
    let text = this.fileTexts.get(file);
    if (text === undefined) this.fileTexts.set(file, (text = sourceFileText(file)));
    return text;
  }
}
