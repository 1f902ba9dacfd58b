package dev.eddy.cli;

import dev.eddy.app.OperationFailedException;
import dev.eddy.catalogue.BadKeyException;
import dev.eddy.model.BadEventException;
import dev.eddy.model.InvalidModelException;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Says in one line what went wrong and what to do; the stack trace goes to the debug log. */
final class Failures {
    private Failures() {}

    static int report(Exception failure, CommandLine command, ParseResult parsed) {
        Throwable cause = unwrap(failure);
        LoggerFactory.getLogger(Failures.class).debug("command failed", failure);
        command.getErr().println("eddy: " + sentence(cause));
        return cause instanceof ConfigException ? Main.USAGE : Main.FAILED;
    }

    static int reportUsage(CommandLine.ParameterException failure, String[] args) {
        CommandLine command = failure.getCommandLine();
        command.getErr()
                .println("eddy: " + oneLine(failure.getMessage()) + "; see '"
                        + command.getCommandSpec().qualifiedName() + " --help'");
        return Main.USAGE;
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null
                && (cause instanceof ExecutionException
                        || cause instanceof java.io.UncheckedIOException
                        || cause.getClass() == RuntimeException.class)) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static String sentence(Throwable cause) {
        String message = oneLine(cause.getMessage());
        if (cause instanceof NoSuchFileException) {
            return "there is no file " + message;
        } else if (cause instanceof AccessDeniedException) {
            return "no permission to use " + message;
        } else if (cause instanceof FileAlreadyExistsException) {
            return "the file " + message + " is there already";
        } else if (cause instanceof BindException) {
            return message + "; another program uses the port, choose another one";
        } else if (cause instanceof InvalidModelException
                || cause instanceof BadEventException
                || cause instanceof BadKeyException
                || cause instanceof ConfigException
                || cause instanceof OperationFailedException
                || cause instanceof CommandFailedException) {
            return message;
        }
        return message + " (" + cause.getClass().getSimpleName() + ")";
    }

    private static String oneLine(String message) {
        return message == null ? "failed" : message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
