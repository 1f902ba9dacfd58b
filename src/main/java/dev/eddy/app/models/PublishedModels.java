package dev.eddy.app.models;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.topics.TopicSnapshot;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.PublishedModel;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelId;
import java.util.Map;

/** The models on the control topic, for commands that need one. */
public final class PublishedModels {
    private PublishedModels() {}

    /**
     * Reads a model that is published.
     *
     * @throws OperationFailedException if it is not there or not whole
     */
    public static ModelFile read(EddyConfig config, ModelId id) {
        try (TopicSnapshot control = new TopicSnapshot(config, config.getString(EddyConfig.CONTROL_TOPIC))) {
            Map<String, byte[]> records = control.refresh();
            return PublishedModel.read(id, records::get, config.getLong(EddyConfig.MODEL_MAX_BYTES));
        } catch (InvalidModelException e) {
            throw new OperationFailedException(
                    "model " + id + " cannot be taken from the control topic (" + e.getMessage()
                            + "); give its file with -m",
                    e);
        }
    }
}
