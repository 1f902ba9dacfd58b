/** The command line: arguments in, exit code out. 0 done, 1 failed, 2 wrong usage; a failure is one line, never a stack trace. */
package dev.eddy.cli;
