package dev.eddy.artifact.onnx;

import dev.eddy.model.InvalidModelException;

/** A graph that is understood and would give wrong results when it is called event by event, by whatever engine. */
public final class WrongStreamException extends InvalidModelException {
    private static final long serialVersionUID = 1L;

    WrongStreamException(InvalidModelException cause) {
        super(cause.getMessage(), cause);
    }
}
