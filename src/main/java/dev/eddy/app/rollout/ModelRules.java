package dev.eddy.app.rollout;

import dev.eddy.catalogue.BadKeyException;
import dev.eddy.catalogue.CatalogueRules;
import dev.eddy.catalogue.TrustedKeys;
import dev.eddy.config.EddyConfig;
import dev.eddy.network.StatePrecision;
import org.apache.kafka.common.config.ConfigException;

/** What the settings ask of models. */
public final class ModelRules {
    private ModelRules() {}

    /**
     * Reads them.
     *
     * @throws ConfigException if a trusted key cannot be used
     */
    public static CatalogueRules of(EddyConfig config) {
        long memory = config.getLong(EddyConfig.MODEL_MEMORY);
        return new CatalogueRules(
                config.getLong(EddyConfig.MODEL_MAX_BYTES),
                config.getInt(EddyConfig.MODEL_MAX_TENSORS),
                memory == 0 ? Runtime.getRuntime().maxMemory() / 2 : memory,
                config.getLong(EddyConfig.MODEL_UNLOAD),
                trustedKeys(config),
                StatePrecision.of(config.getString(EddyConfig.STATE_PRECISION)));
    }

    /** @throws ConfigException if one cannot be used */
    public static TrustedKeys trustedKeys(EddyConfig config) {
        try {
            return TrustedKeys.of(config.getList(EddyConfig.MODEL_TRUSTED_KEYS));
        } catch (BadKeyException e) {
            throw new ConfigException(EddyConfig.MODEL_TRUSTED_KEYS + ": " + e.getMessage());
        }
    }
}
