// Pug source -> the text of a function that makes the markup. Runs nothing of the source but what
// Pug itself takes for constants. `pugStage` answers JSON: {code} or {problem}.
const pug = require('pug');
const walk = require('pug-walk');

const NAME = 'template.pug';

function refuse(code, message, node) {
  const error = new Error(message);
  Object.assign(error, { code: `PUG:${code}`, msg: message, line: node.line, column: node.column });
  throw error;
}

// Nothing may be read besides the source itself.
const closed = {
  preLoad(ast) {
    return walk(ast, (node) => {
      if (node.type === 'Include' || node.type === 'RawInclude')
        refuse('INCLUDE_REFUSED', 'include is not available: a template is one file', node);
      if (node.type === 'Extends')
        refuse('EXTENDS_REFUSED', 'extends is not available: a template is one file', node);
      if (node.type === 'Filter' || node.type === 'IncludeFilter')
        refuse('FILTER_REFUSED', `the filter :${node.name} is not available`, node);
    });
  },
};

// Every tag is announced by a mark with its place, so that what MJML says about the markup can be
// told of the source. mjml_stage.js takes the marks out again.
function marking(mark) {
  return {
    preCodeGen(ast) {
      return walk(ast, null, (node) => {
        if (node.type !== 'Block') return;
        node.nodes = node.nodes.flatMap((child) =>
          child.type === 'Tag'
            ? [
                {
                  type: 'Text',
                  val: `${mark}${child.line}:${child.column};`,
                  line: child.line,
                  column: child.column,
                },
                child,
              ]
            : [child],
        );
      });
    },
  };
}

globalThis.pugStage = function pugStage(source, mark) {
  try {
    const plugins = mark ? [closed, marking(mark)] : [closed];
    const code = pug.compileClient(source, {
      doctype: 'html',
      filename: NAME,
      name: 'template',
      compileDebug: true,
      plugins,
    });
    return JSON.stringify({ code });
  } catch (error) {
    return JSON.stringify({
      problem: {
        stage: 'pug',
        severity: 'error',
        code: String(error.code || 'PUG:ERROR')
          .replace(/^PUG:/, '')
          .toLowerCase(),
        detail: String(error.msg || error.message),
        line: error.line || 1,
        column: error.column || 1,
        length: 1,
      },
    });
  }
};
