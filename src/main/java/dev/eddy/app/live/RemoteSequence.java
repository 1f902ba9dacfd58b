package dev.eddy.app.live;

import dev.eddy.app.OperationFailedException;
import dev.eddy.model.ModelId;
import dev.eddy.network.LiveModel;
import dev.eddy.state.CorruptStateException;
import dev.eddy.stream.LiveSequence;

/**
 * The state of a sequence as a running instance gave it.
 *
 * @param instance      the instance that holds it
 * @param model         the model it belongs to
 * @param generation    generation of the deployment the sequence is on
 * @param steps         events it has seen
 * @param lastEventTime time of the last of them, epoch milliseconds
 * @param state         its bytes
 */
public record RemoteSequence(
        String instance, ModelId model, int generation, long steps, long lastEventTime, byte[] state) {
    /**
     * The sequence under its model.
     *
     * @throws OperationFailedException if this is another model, or the bytes were damaged on the way
     */
    public LiveSequence under(LiveModel live) {
        if (!live.id().fingerprint().equals(model.fingerprint())) {
            throw new OperationFailedException("the sequence is on model " + model + ", the file is " + live.id()
                    + "; give that model's file, or none and it is taken from the control topic");
        }
        try {
            return LiveSequence.of(live, state);
        } catch (CorruptStateException e) {
            throw new OperationFailedException(
                    "the state that instance " + instance + " gave cannot be read; is it of another release of eddy?",
                    e);
        }
    }
}
