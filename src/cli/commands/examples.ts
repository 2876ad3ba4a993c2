/** What the help of a command shows: arguments, and what they do. A test parses each. */
export type Example = readonly [args: string, about: string];

export const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  httpServer: [
    ['httpServer', 'serve on port 9999 of every address'],
    ['httpServer --port 0 --host 127.0.0.1', 'a free port of this machine alone'],
    ['httpServer --tlsCert cert.pem --tlsKey key.pem', 'HTTPS; SIGHUP reads the files again'],
    ['httpServer --processes auto', 'one process each core; SIGHUP renews one after the other'],
    ['httpServer --tlsCert cert.pem --tlsKey key.pem --http2', 'HTTP/2 beside HTTP/1.1'],
    ['httpServer --trustProxy 10.0.0.0/16 --drainDelay 10', 'behind a load balancer'],
  ],
  worker: [
    ['worker', 'every handler that AMPHI_QUEUES names a queue of'],
    ['worker resize --queue resize=arn:aws:sqs:eu-west-1:123456789012:resize', 'one handler'],
  ],
  invoke: [
    ['invoke hello --event event.json', 'one event through one function'],
    ['invoke --event - < request.json', 'an event from standard input; its handler is found by it'],
  ],
  events: [
    ['events', 'the event sources'],
    ['events sqs > event.json', 'a sample to edit'],
    ['events sqs | app invoke hello --event -', 'run a handler on a sample'],
  ],
  emulate: [
    ['emulate', "every function behind Lambda's Invoke API on port 9001"],
    ['emulate --function hello --memory 512 --timeout 10', 'one function, as it is configured'],
    ['emulate --httpPort 8080', 'the routes too, as a function URL would'],
  ],
  supervisor: [['supervisor --user app > /etc/supervisor/conf.d/app.conf', 'the section of this executable']],
  describe: [
    ['describe', 'routes, functions and events, and where each runs'],
    ['describe --stage prod --format html > topology.html', 'a picture of a stage'],
  ],
  provision: [
    ['provision --stage prod', 'deploy a stage; asks once the change set is shown'],
    ['provision --s3Bucket artifacts --yes --outputs outputs.json', 'in a pipeline'],
    ['provision --noop --s3Bucket artifacts --s3Key app.zip', 'write the files only'],
  ],
  diff: [['diff --stage prod', 'what a deployment would change']],
  rollback: [
    ['rollback --list', 'the artifacts there are'],
    ['rollback --stage prod --to 2', 'back to the second of them'],
  ],
  status: [['status --stage prod', 'resources, instances, last events, outputs']],
  logs: [
    ['logs --follow', 'all of both sides as it comes'],
    ['logs hello --since 2h --json', 'one handler, as it was logged'],
  ],
  policy: [['policy --s3Bucket artifacts > policy.json', 'what who deploys may do']],
  delete: [['delete --stage test --artifacts --yes', 'the stack and its uploads, unasked']],
  completion: [
    ['completion bash >> ~/.bashrc', 'complete commands, flags and handlers by Tab'],
    ['completion fish > ~/.config/fish/completions/app.fish', 'the same in fish'],
  ],
};
