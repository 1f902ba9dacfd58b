/** Topics seen from outside the stream: checking and creating them, reading them as tables or line by line. */
package dev.eddy.app.topics;
