// validate.mjs FILE...: every document of a Kubernetes manifest against the schema of its kind, made from Kubernetes' own
// OpenAPI description; a workflow of GitHub Actions against the schema of its language service. One line for each, or the
// first error.
import { readFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { parseAllDocuments } from 'yaml';

// The parser of workflows imports its schema as bundlers allow and Node does not: a JSON file without saying that it is one.
register(`data:text/javascript,${encodeURIComponent(`
  import { readFileSync } from 'node:fs';
  export function load(url, context, next) {
    if (!url.endsWith('.json')) return next(url, context);
    return { format: 'module', shortCircuit: true, source: 'export default ' + readFileSync(new URL(url), 'utf8') };
  }
`)}`);

const require = createRequire(import.meta.url);

function kubernetes(file, documents) {
  for (const document of documents) {
    const object = document.toJS();
    const Model = require(`kubernetes-models/${object.apiVersion}/${object.kind}`)[object.kind];
    new Model(object).validate();
    console.log(`${file}: ${object.kind} ${object.metadata.name}`);
  }
}

async function workflow(file, content) {
  const { parseWorkflow, NoOperationTraceWriter } = await import('@actions/workflow-parser');
  const result = parseWorkflow({ name: file, content }, new NoOperationTraceWriter());
  const errors = result.context.errors.getErrors();
  if (errors.length > 0) throw new Error(errors.map((error) => error.message).join('; '));
  console.log(`${file}: workflow`);
}

for (const file of process.argv.slice(2)) {
  const content = readFileSync(file, 'utf8');
  const documents = parseAllDocuments(content, { merge: true });
  try {
    for (const document of documents) if (document.errors.length > 0) throw document.errors[0];
    if (documents[0].get('apiVersion')) kubernetes(file, documents);
    else await workflow(file, content);
  } catch (error) {
    console.error(`${file}: ${error.message}`);
    process.exit(1);
  }
}
