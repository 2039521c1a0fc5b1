import { createHash } from 'node:crypto';
import { superclassChain, type Class } from './class-hierarchy.js';
import { UniqueNames } from './unique-names.js';
import { decoratedFiles, programName, sourceFileText } from './source-files.js';

/**
 * The identities of classes in keys. Two programs that share a store may have classes of equal name, and even of equal source, so
 * the identity includes the source file. An identity is equal in all processes of a program, for any order in which they load the
 * classes.
 */
export class ClassIdentities {
  private readonly origins = new WeakMap<Class, string>();
  private readonly fileTexts = new Map<string, string>();
  /** Numbers the classes that one source creates several times, as a function can. */
  private readonly uniqueNames = new UniqueNames();

  /**
   * Records the source files of a class.
   *
   * @param called the function that the decorator of the class calls. It must call this method synchronously
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
    return this.uniqueNames.nameOf(subject, `${subject.name} ${digest}`);
  }

  private fileText(file: string): string {
    let text = this.fileTexts.get(file);
    if (text === undefined) this.fileTexts.set(file, (text = sourceFileText(file)));
    return text;
  }
}
