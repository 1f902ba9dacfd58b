package dev.eddy.app.rollout;

import dev.eddy.app.OperationFailedException;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.config.EddyConfig;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The deployments of a pipeline among the records of the control topic: one history, or where events name their models one for
 * each name. Generations are numbered through all of them.
 */
final class DeploymentTable {
    private DeploymentTable() {}

    /**
     * The key of a history.
     *
     * @param name name of the models that answer; counts only where events name their models
     * @throws OperationFailedException if there must be a name and is none
     */
    static String key(EddyConfig config, String name) {
        if (config.selectsModels() && name == null) {
            throw new OperationFailedException("the events of pipeline " + config.pipeline()
                    + " name their models, and each model has deployments of its own; say the name of the model");
        }
        return ControlRecords.deploymentKey(config.pipeline(), config.selectsModels() ? name : null);
    }

    /**
     * The history under a key.
     *
     * @throws OperationFailedException if it is garbage
     */
    static DeploymentHistory history(EddyConfig config, String key, Map<String, byte[]> table) {
        byte[] value = table.get(key);
        try {
            return value == null ? DeploymentHistory.EMPTY : ControlRecords.deployments(value);
        } catch (IOException e) {
            throw new OperationFailedException(
                    "the deployments of pipeline " + config.pipeline() + " on topic "
                            + config.getString(EddyConfig.CONTROL_TOPIC) + " are garbage; remove the record " + key,
                    e);
        }
    }

    /**
     * All histories of the pipeline, by key.
     *
     * @throws OperationFailedException if one is garbage
     */
    static SortedMap<String, DeploymentHistory> all(EddyConfig config, Map<String, byte[]> table) {
        SortedMap<String, DeploymentHistory> all = new TreeMap<>();
        String key = ControlRecords.deploymentKey(config.pipeline());
        for (String other : table.keySet()) {
            if (config.selectsModels() ? other.startsWith(key + "/") : other.equals(key)) {
                all.put(other, history(config, other, table));
            }
        }
        return all;
    }

    /** Generation of the newest deployment of the pipeline; 0 for none. */
    static int newestGeneration(EddyConfig config, Map<String, byte[]> table) {
        return all(config, table).values().stream()
                .mapToInt(DeploymentHistory::newestGeneration)
                .max()
                .orElse(0);
    }
}
