// The engine under test: a process that answers requests one by one, in their order.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class Engine {
  #process;
  #waiting = [];
  #ended = null;

  constructor(program) {
    this.#process = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.stdin.on('error', () => {}); // its exit is reported below
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#waiting.shift().answer(JSON.parse(line)));
    this.#process.on('exit', (code, signal) => {
      this.#ended = new Error(`the engine ended with ${signal ?? code}`);
      for (const { fail } of this.#waiting.splice(0)) fail(this.#ended);
    });
  }

  ask(request) {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((answer, fail) => {
      this.#waiting.push({ answer, fail });
      this.#process.stdin.write(JSON.stringify(request) + '\n');
    });
  }

  async end() {
    const exited = new Promise((done) => this.#process.on('exit', (code) => done(code)));
    this.#process.stdin.end();
    return exited;
  }
}
