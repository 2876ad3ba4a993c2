'use strict';

// The same function as in ../amphi.ts.
exports.handler = async (event, context) => ({
  name: event.name,
  requestId: context.awsRequestId,
  inTime: context.getRemainingTimeInMillis() > 0,
});
