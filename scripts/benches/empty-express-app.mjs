// The yardstick of the start: an Express application that does nothing else.
import express from 'express';

const app = express();
app.get('/', (_request, response) => {
  response.send('ok');
});
app.listen(Number(process.argv[2]), '127.0.0.1');
